-- Keeps Orthanc closed for as long as token_filter.py does not run in it.
--
-- Orthanc starts without complaint, and open to everybody, if its Python plugin is not installed. This script needs no
-- plugin. Both filters are asked about every request, and both have to agree.

local guarded = false

function IncomingHttpRequestFilter(method, uri, ip, username, httpHeaders)
  if not guarded then
    local answered, text = pcall(RestApiGet, '/token-filter', false)
    guarded = answered and text == '1'
  end
  return guarded
end
