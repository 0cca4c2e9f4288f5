#include "services/exports/text_source.hpp"

#include <utility>

namespace suanpan::services {

void PagedText::Pieces::write(std::string_view text) {
    while (open_.size() + text.size() >= kPieceBytes) {
        const std::size_t room = kPieceBytes - open_.size();
        open_ += text.substr(0, room);
        text.remove_prefix(room);
        whole_.push_back(std::exchange(open_, {}));
    }
    open_ += text;
}

std::string PagedText::Pieces::take() {
    if (whole_.empty()) return std::exchange(open_, {});
    std::string piece = std::move(whole_.front());
    whole_.pop_front();
    return piece;
}

std::string PagedText::next() {
    while (more_ && !pieces_.has_whole())
        more_ = write_page(pieces_);
    return pieces_.take();
}

}  // namespace suanpan::services
