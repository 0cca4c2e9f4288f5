#pragma once

// An answer of any length, taken piece by piece as it comes.

#include "client/http_client.hpp"

#include <functional>
#include <string_view>

namespace suanpan::client {

using TakePiece = std::function<void(std::string_view)>;

// On a connection of its own; the time-out is that of each piece. The response's body is that of a
// refusal (status 400 and above), which `take` does not see. An answer that is cut short is a
// TransportError.
HttpResponse download(const Url& server, const HttpRequest& request, const TakePiece& take,
                      const HttpOptions& options = {});

}  // namespace suanpan::client
