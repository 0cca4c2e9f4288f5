#include "apps/suanpan-audit/entry_hook.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::audit {

Json EntryView::tree() const {
    return parse_json(bytes).value();
}

}  // namespace suanpan::audit
