def write(report): pass
