from __future__ import annotations

import pytest

from ohifbuild.viewer.later_modules import LaterModules
from ohifbuild.viewer.module_texts import export_names, modules_in, required_for_effect

WEBPACK = """"use strict";
(globalThis["webpackChunk"] = globalThis["webpackChunk"] || []).push([[7],{

/***/ 11:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ one),
/* harmony export */   bb: () => (two)
/* harmony export */ });
var used = __webpack_require__(12);
var idle = __webpack_require__(13);
__webpack_require__(14);
const one = used.x, two = 2;

/***/ }),

/***/ 12:
/***/ ((module) => {

module.exports = 12;

/***/ }),

/***/ 15:
/***/ ((module) => {

module.exports = 15;

/***/ })

}]);
"""
# As the webpack of 3.12.10 writes factories.
METHODS = (
    WEBPACK.replace(":\n/***/ ((", "\n(")
    .replace(") => {", ") {")
    .replace("/***/ }),", "/***/ },")
    .replace("/***/ })\n", "/***/ }\n")
)
RSPACK = """(globalThis["rspackChunk"] = globalThis["rspackChunk"] || []).push([[7], {
11(__unused_rspack_module, __webpack_exports__, __webpack_require__) {

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  "default": () => (one)
});

},
12(module, __unused_rspack_exports, __webpack_require__) {
module.exports = 12;

},
13(module) {
},
}]);
"""


@pytest.mark.parametrize("script", [WEBPACK, METHODS, RSPACK])
def test_a_module_that_is_wanted_later_gives_way_to_a_call_with_its_exports(script: str) -> None:
    later = LaterModules(frozenset({"11"}))
    left = later.taken_from(script)
    call = (
        '11: self.ohifbuildLater(11,["A", "bb", "__esModule"]),'
        if script is not RSPACK
        else '11: self.ohifbuildLater(11,["default"]),'
    )
    assert call in left
    assert "one" not in left
    assert "module.exports = 12" in left


def test_a_module_whose_exports_are_its_own_affair_has_a_call_without_names() -> None:
    later = LaterModules(frozenset({"12"}))
    assert "12: self.ohifbuildLater(12),\n" in later.taken_from(RSPACK)


def test_the_moved_modules_make_a_chunk_in_which_each_is_as_strict_as_before() -> None:
    later = LaterModules(frozenset({"11", "12"}))
    later.taken_from(WEBPACK.replace("12:", "22:").replace("11:", "21:").replace("(12)", "(22)").replace("21:", "11:"))
    later.taken_from(RSPACK)
    strict, sloppy = later.chunk("rspackChunk").split("})();\n")[:2]
    assert strict.startswith(
        '(()=>{"use strict";(self.rspackChunk=self.rspackChunk||[]).push([["ohifbuild-later-strict"],{'
    )
    assert "const one = used.x" in strict
    assert sloppy.startswith('(()=>{(self.rspackChunk=self.rspackChunk||[]).push([["ohifbuild-later"],{')
    assert "module.exports = 12" in sloppy


def test_nothing_moved_is_no_chunk() -> None:
    later = LaterModules(frozenset({"99"}))
    assert later.taken_from(WEBPACK) == WEBPACK
    assert later.chunk("webpackChunk") == ""


def test_a_minified_script_stays_as_it_is() -> None:
    later = LaterModules(frozenset({"11"}))
    minified = "(self.q=self.q||[]).push([[7],{11:(e,t,n)=>{n.d(t,{A:()=>r});let r=1}}]);"
    assert later.taken_from(minified) == minified


def test_the_last_module_of_a_script_is_not_moved_because_its_end_is_not_known() -> None:
    assert [module.name for module in modules_in(WEBPACK)] == ["11", "12"]
    assert [module.name for module in modules_in(RSPACK)] == ["11", "12"]


def test_a_module_that_may_hold_the_beginning_of_another_one_is_not_moved() -> None:
    # An empty module of 3.13.2 has no parameters.
    script = RSPACK.replace("12(module", "29735() {\n\n},\n12(module", 1)
    assert [module.name for module in modules_in(script)] == ["12"]
    assert "29735() {" in LaterModules(frozenset({"11"})).taken_from(script)


def test_exports_that_only_the_evaluation_gives_are_not_known() -> None:
    text = modules_in(WEBPACK)[0].text
    assert export_names(text) == ("A", "bb", "__esModule")
    assert export_names(text + "__webpack_require__.d(__webpack_exports__, __WEBPACK_REEXPORT_OBJECT__);") == ()
    assert export_names("module.exports = 1") == ()


def test_what_is_required_only_to_run_is_known() -> None:
    assert required_for_effect(modules_in(WEBPACK)[0].text) == {"13", "14"}
