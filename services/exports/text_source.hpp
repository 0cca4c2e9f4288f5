#pragma once

// Text that is made while it is read: as much of it is in memory as one page of rows makes.

#include "settlement/books/text_sink.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace suanpan::services {

inline constexpr std::size_t kPieceBytes = std::size_t{64} << 10U;

// Not thread-safe: one reader at a time.
class TextSource {
 public:
    virtual ~TextSource() = default;
    // The next piece, of about kPieceBytes; empty: the end. May wait for the database, and throws
    // what that throws.
    virtual std::string next() = 0;
};

// A source that works page by page.
class PagedText : public TextSource {
 public:
    std::string next() final;

 protected:
    // Writes what one page makes; false when it was the last one.
    virtual bool write_page(settlement::TextSink& out) = 0;

 private:
    // Cuts what is written into pieces.
    class Pieces final : public settlement::TextSink {
     public:
        void write(std::string_view text) override;
        [[nodiscard]] bool has_whole() const { return !whole_.empty(); }
        std::string take();  // a whole one, or what there is

     private:
        std::deque<std::string> whole_;
        std::string open_;
    };

    Pieces pieces_;
    bool more_ = true;
};

}  // namespace suanpan::services
