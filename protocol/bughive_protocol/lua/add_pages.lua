#!lua
-- uses: fence discover touch
-- Makes pages known.
local max_known = tonumber(take())
local new = discover(max_known)
if new > 0 then
  touch()
end
return new
