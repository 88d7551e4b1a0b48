"""placeholder"""
def is_model(f): return False
def audit_model(*a,**k): raise RuntimeError
