"""The editors' desk in the admin: read, edit, compare and publish the texts of an article, and carry them in and out.

Every page names its permission, every change is a POST of one verb, and nobody's work is passed over.
"""
