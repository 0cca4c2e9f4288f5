#pragma once

// Where text goes piece by piece, so that nothing needs to hold all of it.

#include <string_view>

namespace suanpan::settlement {

class TextSink {
 public:
    virtual ~TextSink() = default;
    virtual void write(std::string_view text) = 0;
};

}  // namespace suanpan::settlement
