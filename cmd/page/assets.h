/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that the program carries, made into texts (UTF-8) when it is built (Makefile).
 */
#ifndef CMD_ASSETS_H
#define CMD_ASSETS_H

extern const unsigned char asset_page_css[];	/* cmd/page/page.css */
extern const unsigned char asset_page_js[];	/* cmd/page/page.js */

#endif
