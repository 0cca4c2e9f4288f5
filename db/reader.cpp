#include "db/reader.hpp"

#include "db/sql.hpp"

#include <string>
#include <vector>

namespace suanpan::db {

void Reader::become(Tx& tx) const {
    if (who_ == Who::kAll) return;
    const bool known = !organisation_.is_nil();
    run_prepared(
        tx, "become_tenant",
        "SELECT set_config('role', $1, true), set_config('suanpan.organisation', $2, true),"
        " set_config('suanpan.organisation_id', $3, true)",
        {who_ == Who::kArbiter ? "suanpan_arbiter" : "suanpan_tenant",
         known ? to_uuid(organisation_.bytes) : std::string(),
         known ? to_string(organisation_) : std::string()});
}

}  // namespace suanpan::db
