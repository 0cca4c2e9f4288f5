#include "apps/suanpan-demo/options.hpp"

int main(int argc, char** argv) {
    return suanpan::demo::run(argc, argv);
}
