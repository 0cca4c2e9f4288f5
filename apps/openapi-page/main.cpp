// openapi-page DOCUMENT PAGE: writes the reference page that the server gives at /v1/docs.

#include "apps/openapi-page/page.hpp"

#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>

int main(int count, char** arguments) {
    if (count != 3) {
        std::cerr << "openapi-page DOCUMENT PAGE\n";
        return 2;
    }
    try {
        std::ifstream in(arguments[1], std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        const suanpan::openapi::Document document(text.str());
        std::ofstream out(arguments[2], std::ios::binary);
        out << suanpan::openapi::render_page(document);
        if (in && out.flush()) return 0;
        std::cerr << "openapi-page: cannot read or write\n";
    } catch (const std::exception& error) {
        std::cerr << "openapi-page: " << arguments[1] << ": " << error.what() << '\n';
    }
    return 1;
}
