"""Gate governance's means: protected paths, secrets, licences, sources, names."""
