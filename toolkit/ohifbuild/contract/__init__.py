"""What a link, a token, a request, a place under a root and a dist's settings are; nothing else in the toolkit says so.

The viewer's JavaScript (``extension-template/src/contract``) and Orthanc's stand-alone script state the same rules
once each, because neither can import this package. All three run the tables in ``extension-template/test/vectors``.
"""
