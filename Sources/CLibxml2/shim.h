#include <libxml/HTMLtree.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlversion.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdint.h>
#include <string.h>

/// Appends bytes to a text node; -1 where there is no memory. libxml2's own function walks through the whole text for
/// each piece. Here `_private` holds the text's length and `psvi` the bytes allocated, both 0 before the first call.
/// Once the tree is whole, `_private` is free for something else.
static inline int pipe_text_append(xmlNodePtr node, const xmlChar *bytes, size_t count) {
  size_t length = (size_t)(uintptr_t)node->_private, room = (size_t)(uintptr_t)node->psvi;
  if (room == 0) {
    length = node->content ? strlen((const char *)node->content) : 0;
    room = length + 1;
  }
  if (length + count >= room) {
    room = (length + count + 1) * 2;
    xmlChar *grown = (xmlChar *)xmlRealloc(node->content, room);
    if (!grown) return -1;
    node->content = grown;
  }
  memcpy(node->content + length, bytes, count);
  node->content[length + count] = 0;
  node->_private = (void *)(uintptr_t)(length + count);
  node->psvi = (void *)(uintptr_t)room;
  return 0;
}
