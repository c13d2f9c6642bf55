"""Small bundles in the formats of webpack and Rspack, with each kind of module that a viewer shares."""

from __future__ import annotations

from pathlib import Path

WEBPACK = {
    "app.bundle.1a.js": """\
/******/ (() => { // webpackBootstrap
/******/ 	var __webpack_modules__ = ({

/***/ 5:
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {

if (true) {
  module.exports = __webpack_require__(6);
} else {}

/***/ }),

/***/ 6:
/***/ ((__unused_webpack_module, exports) => {

exports.useState=function(){};exports.version="18.3.1";

/***/ }),

/***/ 7:
/***/ ((module) => {

module.exports = function classNames() { return '/***/ 42:'; };

/***/ }),

/***/ 20:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

"use strict";

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Jg: () => (/* reexport */ SystemProvider/* useSystem */.Jg),
  Ay: () => (/* binding */ src),
  qz: () => (/* binding */ never_named),
  cn: () => (/* reexport */ cn)
});
// UNUSED EXPORTS: OHIF

/***/ }),

/***/ 30:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {
// EXTERNAL MODULE: ../../../node_modules/react/index.js
var react = __webpack_require__(5);
// EXTERNAL MODULE: ../../../node_modules/classnames/index.js
var classnames = __webpack_require__(7);
// EXTERNAL MODULE: ../../core/src/index.ts + 69 modules
var src = __webpack_require__(20);
(0,src/* useSystem */.Jg)(); src/* default */.Ay.log();
extensions.push("@ohif/extension-default");
async function loadModule(module) {
  if (module === "@ohif/extension-default") {
    const imported = await Promise.all(/* import() */[__webpack_require__.e(1), __webpack_require__.e(2)]).then(__webpack_require__.bind(__webpack_require__, 40));
    return imported.default;
  }
  if (module === "@ohif/mode-basic") {
    const imported = await __webpack_require__.e(/* import() */ 2).then(__webpack_require__.bind(__webpack_require__, 41));
    return imported.default;
  }
}

/***/ })

/******/ 	});
/******/ 		var chunkLoadingGlobal = globalThis["webpackChunk"] = globalThis["webpackChunk"] || [];
/******/ })()
;""",  # noqa: E501
    "1.bundle.2b.js": """\
"use strict";
(globalThis["webpackChunk"] = globalThis["webpackChunk"] || []).push([[1,11],{

/***/ 40:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {
// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Toolbar: () => (/* reexport */ Toolbar),
  "default": () => (/* binding */ src)
});
// EXTERNAL MODULE: ../../../node_modules/@cornerstonejs/tools/dist/esm/index.js + 1 modules
var esm = __webpack_require__(50);
(0,esm/* addTool */.Ru)();
__webpack_require__.e(/* import() */ 3).then(__webpack_require__.bind(__webpack_require__, 60));

/***/ })

}]);""",
    "2.bundle.3c.js": """\
"use strict";
(globalThis["webpackChunk"] = globalThis["webpackChunk"] || []).push([[2],{

/***/ 41:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {
__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   basicLayout: () => (/* binding */ basicLayout),
/* harmony export */   "default": () => (__WEBPACK_DEFAULT_EXPORT__)
/* harmony export */ });

/***/ }),

/***/ 50:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {
__webpack_require__.d(__webpack_exports__, {
  Ru: () => (/* binding */ addTool),
  sM: () => (/* binding */ ToolGroup)
});

/***/ })

}]);""",
    "3.bundle.4d.js": """\
"use strict";
(globalThis["webpackChunk"] = globalThis["webpackChunk"] || []).push([[3],{

/***/ 60:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {
/* harmony import */ var _tools__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(50);
new _tools__WEBPACK_IMPORTED_MODULE_0__/* .ToolGroup */ .sM();

/***/ })

}]);""",
    "9.bundle.5e.js": """\
"use strict";
(globalThis["webpackChunk"] = globalThis["webpackChunk"] || []).push([[9],{

/***/ 20:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {
__webpack_require__.d(__webpack_exports__, {
  OnlyInAWorker: () => (/* binding */ OnlyInAWorker)
});

/***/ })

}]);""",
}

RSPACK = {
    "app.bundle.1a.js": """\
(() => {
var __webpack_modules__ = ({
5(module, __unused_rspack_exports, __webpack_require__) {
  module.exports = __webpack_require__(6);


},
6(__unused_rspack_module, exports) {
exports.useState=function(){};exports.version="18.3.1";

},
20(__unused_rspack_module, __webpack_exports__, __webpack_require__) {
"use strict";

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Jg: () => (/* reexport */ SystemProvider/* .useSystem */.Jg),
  Ay: () => (/* binding */ src)
});

},
30(__unused_rspack_module, __webpack_exports__, __webpack_require__) {
// EXTERNAL MODULE: ../../../node_modules/react/index.js
var react = __webpack_require__(5);
// EXTERNAL MODULE: ../../core/src/index.ts + 75 modules
var src = __webpack_require__(20);
(0,src/* .useSystem */.Jg)(); src/* ["default"].log.info */.Ay.log.info();

},
});
var chunkLoadingGlobal = globalThis["rspackChunk"] = globalThis["rspackChunk"] || [];
})()
;""",
}


def write_bundles(folder: Path, files: dict[str, str]) -> Path:
    """Writes a dist that has only these bundles."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
