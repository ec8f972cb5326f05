"""What people of the platform team and approvers do with releases, each acting with the rights of a role of theirs.

Each command is a module whose functions take clients and give values, so that they can be called from elsewhere;
`operate/__main__.py` reads the command line and prints.
"""
