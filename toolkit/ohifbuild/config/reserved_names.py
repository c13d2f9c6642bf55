"""Reserved names: a recipe cannot use them for the token, because OHIF, browsers or DICOMweb already use them."""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Query parameters that OHIF reads, found in its source and bundles from 3.11 to 3.14; in lower case, because OHIF
# ignores the case of most of them. `token` is not in the list: ohifbuild disables OHIF's own use of it.
OHIF_PARAMETERS = _names(
    """
    studyinstanceuids studyinstanceuid seriesinstanceuids seriesinstanceuid
    initialseriesinstanceuid initialsopinstanceuid hangingprotocolid protocolid stageid
    url configurl datasources datasourcename customization index
    modalities startdate enddate sortby sortdirection resultsperpage pagenumber page
    patientname mrn description accession
    multimonitor screennumber windowx launchall
    debug theme viewportrendering lng
    code state session_state iss login_hint target_link_uri redirect_uri id_token access_token
    error error_description error_uri
    """
)

# Fetch standard, "forbidden request-header": a browser does not send these for a script. It also forbids names that
# start with `sec-` and `proxy-`.
FORBIDDEN_HEADERS = _names(
    """
    accept-charset accept-encoding access-control-request-headers access-control-request-method
    access-control-request-private-network connection content-length cookie cookie2 date dnt expect host keep-alive
    origin referer set-cookie te trailer transfer-encoding upgrade via
    x-http-method x-http-method-override x-method-override
    """
)

# Headers that DICOMweb requests, or caches on the way, already use.
DICOMWEB_HEADERS = _names(
    """
    accept accept-language cache-control pragma user-agent
    content-type content-encoding content-language content-location content-disposition
    range if-range if-match if-none-match if-modified-since if-unmodified-since
    """
)
