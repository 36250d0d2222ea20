-- keys: answers
-- Claims that can be asked again: a holder numbers its calls, and a call whose answer was lost gets
-- what it claimed then, as far as it is still claimed.

-- claim(line, held_by, limit): moves the first URLs of a line to what the shard has claimed.
local function claim(line, held_by, limit)
  local claimed = {}
  if limit > 0 then
    local popped = redis.call('ZPOPMIN', line, limit)
    for i = 1, #popped, 2 do
      redis.call('HSET', held_by, popped[i], shard .. ' ' .. popped[i + 1])
      claimed[#claimed + 1] = popped[i]
    end
  end
  return claimed
end

local function remember(line, call, claimed)
  if #claimed > 0 then
    redis.call('HSET', answers, line, token .. ' ' .. call .. '\n' .. table.concat(claimed, '\n'))
  end
end

-- repeated(line, call, held_by): what this very call claimed before; nil if it is new.
local function repeated(line, call, held_by)
  local last = redis.call('HGET', answers, line)
  local head = token .. ' ' .. call .. '\n'
  if not last or string.sub(last, 1, #head) ~= head then
    return nil
  end
  local claimed = {}
  for url in string.gmatch(string.sub(last, #head + 1), '[^\n]+') do
    if redis.call('HEXISTS', held_by, url) == 1 then
      claimed[#claimed + 1] = url
    end
  end
  return claimed
end
