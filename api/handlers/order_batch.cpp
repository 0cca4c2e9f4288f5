#include "api/batch.hpp"
#include "api/handlers/handlers.hpp"
#include "api/handlers/order_input.hpp"

#include <set>

namespace suanpan::api {

namespace {

BatchItem order_item(const Call& call, const Json& body, std::size_t at,
                     std::set<std::string>& client_ids) {
    BatchItem item;
    Faults faults;
    const std::string pointer = "/orders/" + std::to_string(at);
    const OrderInput input = read_order(call, body, faults, pointer);
    if (!input.client_order_id.empty() && !client_ids.insert(input.client_order_id).second) {
        faults.push_back({pointer + "/client_order_id", "contradiction",
                          "another order of this batch has the same client_order_id"});
    }
    if (!faults.empty()) {
        item.fault = invalid_request(std::move(faults));
        return item;
    }
    item.write = order_write(input);
    // A client's own id outlives the batch it came in.
    item.key = input.client_order_id.empty() ? call.idempotency_key + "/" + std::to_string(at)
                                             : "client_order_id/" + input.client_order_id;
    item.body_hash = item_hash(call, body);
    return item;
}

}  // namespace

void place_orders(const std::shared_ptr<Call>& call, const Reply& reply) {
    Faults faults;
    Fields fields(call->body, faults);
    const Json* orders = fields.need_array("orders", kMaxBatch);
    fields.finish();
    if (!faults.empty()) return refuse(*call, reply, invalid_request(std::move(faults)));
    std::vector<BatchItem> items;
    std::set<std::string> client_ids;
    items.reserve(orders->size());
    for (std::size_t i = 0; i < orders->size(); ++i)
        items.push_back(order_item(*call, (*orders)[i], i, client_ids));
    run_batch(call, reply, std::move(items), "order");
}

}  // namespace suanpan::api
