"""Reports as pages: for the terminal, as Markdown, as HTML and as a gradebook."""
