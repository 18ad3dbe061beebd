#include "simulation/events.hpp"

namespace edge::simulation {

Events& events() {
    static Events all;
    return all;
}

}  // namespace edge::simulation
