"""The rules for links, tokens, requests, paths under a root and a dist's settings; no other module defines them.

The viewer's JavaScript (``extension-template/src/contract``) and Orthanc's stand-alone script define the same rules
again, because they cannot import this package. All three are tested with the tables in
``extension-template/test/vectors``.
"""
