"""All of the worker is in a package: a module of a user may have the name of any of its files."""
