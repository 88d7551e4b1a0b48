"""The subcommands of ``vaemodels``, one file each.

A command module has ``add_arguments(parser)`` and ``run(arguments)``, which
returns the exit code. ``vaemodels.cli`` lists the modules and imports the one that is called.
"""
