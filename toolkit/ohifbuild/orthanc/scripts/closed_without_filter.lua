-- Refuses every request to Orthanc while token_filter.py does not run in it.
--
-- Without its Python plugin, Orthanc starts without an error and is open to everybody. This script needs no plugin.
-- Orthanc runs both filters for every request, and both must allow it.

local guarded = false

function IncomingHttpRequestFilter(method, uri, ip, username, httpHeaders)
  if not guarded then
    local answered, text = pcall(RestApiGet, '/token-filter', false)
    guarded = answered and text == '1'
  end
  return guarded
end
