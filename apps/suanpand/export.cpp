#include "apps/suanpand/export.hpp"

#include "db/migrate.hpp"
#include "db/pool.hpp"
#include "services/publishing/export_log.hpp"
#include "services/publishing/postgres_store.hpp"
#include "services/publishing/tile_store.hpp"

#include <iostream>
#include <stdexcept>

namespace suanpan::suanpand {

void export_published_log(const Config& config, const std::filesystem::path& target) {
    const auto schema = db::check_schema(config.database);
    if (!schema) throw std::runtime_error(schema.error().detail());
    db::Pool database(config.database, db::Pool::Options{});
    services::PostgresStore store(database);
    const services::TileStore tiles(config.data / "tiles");
    const auto entries = services::export_log(store, tiles, target);
    if (!entries) throw std::runtime_error(entries.error().detail());
    std::cout << *entries << " entries of the database, beside the published hashes, are in "
              << target.string() << "\ncheck them with: suanpan-audit verify --dir "
              << target.string() << " --key …\n";
}

}  // namespace suanpan::suanpand
