/* SPDX-License-Identifier: MIT */
/* registry.c - the renderers there are, by the files of this folder. */
#include "render/renderer.h"

#include <stddef.h>
#include <string.h>

#define RENDERER(name) extern const struct renderer render_##name;
#include "render/renderers.def"
#undef RENDERER

const struct renderer *const renderers[] = {
#define RENDERER(name) &render_##name,
#include "render/renderers.def"
#undef RENDERER
	NULL,
};

const struct renderer *renderer_find(const char *name)
{
	for (size_t i = 0; renderers[i]; i++)
		if (!strcmp(renderers[i]->name, name))
			return renderers[i];
	return NULL;
}
