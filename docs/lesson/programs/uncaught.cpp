// Tells what an exception that nobody caught was. The page calls it: emscripten hands such an exception to whoever
// called main(), where a native program would end in std::terminate().
#include <cxxabi.h>
#include <emscripten.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <typeinfo>

// Throws once more what Module.uncaught holds, the address of the exception.
EM_JS(void, throw_uncaught_again, (), { throw Module["uncaught"]; });

namespace {

struct freer {
  void operator()(char* text) const noexcept { std::free(text); }
};

void print(const char* mangled, const char* what) {
  int status = 0;
  const std::unique_ptr<char, freer> name{abi::__cxa_demangle(mangled, nullptr, nullptr, &status)};
  std::fprintf(stderr, "uncaught exception of type %s: %s\n", name ? name.get() : mangled, what);
}

}  // namespace

extern "C" EMSCRIPTEN_KEEPALIVE void describe_uncaught_exception() {
  try {
    throw_uncaught_again();
  } catch (const std::exception& error) {
    print(typeid(error).name(), error.what());
  } catch (...) {
    std::fputs("uncaught exception of a type that is not a std::exception\n", stderr);
  }
}
