# SPDX-License-Identifier: MIT
what='tables, strings, coroutines, closures, errors'
packages=lua5.4
version='lua5.4 -v'
run()
{
	lua5.4 - <<'END'
local t = {} for i = 1, 80000 do local k = "k" .. i % 1013; t[k] = (t[k] or 0) + i end
local keys = {} for k in pairs(t) do keys[#keys + 1] = k end table.sort(keys) print(#keys, t.k5)
local co = coroutine.wrap(function() for i = 1, 2000 do coroutine.yield(("x"):rep(i % 7) .. i) end end)
local n = 0 for i = 1, 2000 do n = n + #co() end print(n)
print(pcall(function() error({code = 5}) end) == false, select("#", table.unpack({1, 2, 3})))
local function deep(i) if i == 0 then return 0 end return 1 + deep(i - 1) end print(deep(10000))
print(("a-b-c"):gsub("-", "+"), string.format("%5.2f|%q", 3.14159, "x\ny")) collectgarbage()
local parts = {} for i = 1, 30000 do parts[i] = tostring(i) end print(#table.concat(parts, ","))
END
}
