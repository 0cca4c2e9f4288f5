#pragma once

// Market data: what everybody may know, and what concerns no single organisation.

#include "api/call.hpp"

namespace suanpan::api {

// market_data.cpp
Result<Response> list_public_trades(Call& call);
Result<Response> list_candles(Call& call);
Result<Response> get_index(Call& call);
Result<Response> list_index_history(Call& call);

// depth.cpp
Result<Response> get_depth(Call& call);

// utilisation.cpp
Result<Response> get_capacity(Call& call);
Result<Response> get_tiers(Call& call);
Result<Response> get_totals(Call& call);

}  // namespace suanpan::api
