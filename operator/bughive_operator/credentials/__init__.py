"""Secrets: read for a session that names them, where its namespace lets us, and handed over sealed.

Nothing here keeps a Secret: it is read anew for each request, and each answer is sealed at once.
"""
