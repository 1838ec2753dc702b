-- Requests the URLs of a list in turn and prints what came back as JSON.
-- Usage: wrk … -s wrk.lua BASE -- URLS

local requests, next_request = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", line:match("^https?://[^/]+(.*)$"))
  end
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function done(summary)
  local errors = summary.errors
  io.write(string.format(
    '\n{"good": %d, "bad": %d, "broken": %d, "received": %d}\n',
    summary.requests - errors.status, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, summary.bytes))
end
