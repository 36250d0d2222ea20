"""A site for members only, in five ways to show who one is: what it was sent, by whom, is kept.

It echoes what it is sent, in every way in which that could get into a report.
"""
