/* SPDX-License-Identifier: MIT */
/*
 * From a pc to its frame description entry: the search table of .eh_frame_hdr, CIE and FDE. Must
 * not trust a length, an offset or a count it reads.
 */
#include "arch/x86_64/eh_frame.h"

#include <elf.h>

uint64_t cfi_uleb(struct cfi_reader *r)
{
	uint64_t v = 0;
	unsigned int shift = 0;
	uint8_t byte;

	do {
		byte = cfi_u8(r);
		if (shift < 64)
			v |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	return v;
}

int64_t cfi_sleb(struct cfi_reader *r)
{
	uint64_t v = 0;
	unsigned int shift = 0;
	uint8_t byte;

	do {
		byte = cfi_u8(r);
		if (shift < 64)
			v |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	if ((byte & 0x40) && shift < 64)
		v |= ~0ULL << shift;
	return (int64_t)v;
}

uint64_t cfi_pointer(struct cfi_reader *r, uint8_t enc, uint64_t data,
		     const struct cfi_span *within)
{
	if (enc == PE_ALIGNED) {
		cfi_skip(r, -(uint64_t)r->at & 7);
		return cfi_u64(r);
	}

	uint64_t at = (uint64_t)r->at, v;

	switch (enc & PE_FORMAT) {
	case PE_ABSPTR:
	case PE_UDATA8:
	case PE_SDATA8:
		v = cfi_u64(r);
		break;
	case PE_ULEB128:
		v = cfi_uleb(r);
		break;
	case PE_UDATA2:
		v = cfi_u16(r);
		break;
	case PE_UDATA4:
		v = cfi_u32(r);
		break;
	case PE_SLEB128:
		v = (uint64_t)cfi_sleb(r);
		break;
	case PE_SDATA2:
		v = (uint64_t)(int16_t)cfi_u16(r);
		break;
	case PE_SDATA4:
		v = (uint64_t)(int32_t)cfi_u32(r);
		break;
	default:
		r->bad = true;
		return 0;
	}
	if (v == 0)
		return 0;
	switch (enc & PE_BASE) {
	case 0:
		break;
	case PE_PCREL:
		v += at;
		break;
	case PE_DATAREL:
		v += data;
		r->bad |= data == 0;
		break;
	default:
		r->bad = true;
		return 0;
	}
	if (enc & PE_INDIRECT) {
		if (v < within->lo || v > within->hi || within->hi - v < 8) {
			r->bad = true;
			return 0;
		}
		__builtin_memcpy(&v, (const void *)v, 8);
	}
	return v;
}

static bool within(const struct cfi_span *span, uint64_t addr)
{
	return addr >= span->lo && addr < span->hi;
}

/* Opens the record at `at`: the reader covers what follows its length. False at the terminator. */
static bool open_record(const struct cfi_span *tables, uint64_t at, struct cfi_reader *r)
{
	*r = (struct cfi_reader){ (const uint8_t *)at, (const uint8_t *)tables->hi, false };

	uint64_t length = cfi_u32(r);

	if (length == 0xffffffff)
		length = cfi_u64(r);
	if (r->bad || length == 0 || length > cfi_left(r))
		return false;
	r->end = r->at + length;
	return true;
}

/* The data behind a 'z' augmentation, as far as its letters are known. */
static void read_augmentation(struct cfi_reader *r, const char *letters, struct cfi_fde *fde)
{
	for (; *letters; letters++) {
		switch (*letters) {
		case 'R':
			fde->pc_enc = cfi_u8(r);
			break;
		case 'P': {
			uint8_t enc = cfi_u8(r);

			/* Only its size matters, so it is neither based nor followed. */
			cfi_pointer(r, enc == PE_ALIGNED ? enc : enc & PE_FORMAT, 0, NULL);
			break;
		}
		case 'L':
			cfi_u8(r);
			break;
		case 'S':
			fde->signal = true;
			break;
		default:
			return;
		}
	}
}

static bool read_cie(struct cfi_fde *fde, uint64_t at)
{
	struct cfi_reader r;

	if (!open_record(&fde->tables, at, &r) || cfi_u32(&r) != 0)
		return false;

	uint8_t version = cfi_u8(&r);

	if (version != 1 && version != 3 && version != 4)
		return false;

	const char *letters = (const char *)r.at;

	while (cfi_u8(&r) != 0)
		;
	if (r.bad)
		return false;
	if (letters[0] == 'e' && letters[1] == 'h') {
		cfi_skip(&r, 8);
		letters += 2;
	}
	if (version == 4 && (cfi_u8(&r) != 8 || cfi_u8(&r) != 0))
		return false;
	fde->code_align = cfi_uleb(&r);
	fde->data_align = cfi_sleb(&r);

	uint64_t ra = version == 1 ? cfi_u8(&r) : cfi_uleb(&r);

	if (r.bad || ra >= CFI_REGS)
		return false;
	fde->ra_reg = (uint8_t)ra;
	fde->pc_enc = PE_ABSPTR;
	fde->signal = false;
	fde->sized = letters[0] == 'z';
	if (fde->sized) {
		struct cfi_reader data = r;
		uint64_t size = cfi_uleb(&r);

		data.at = r.at;
		cfi_skip(&r, size);
		data.end = r.at;
		read_augmentation(&data, letters + 1, fde);
		r.bad |= data.bad;
	} else if (letters[0] != '\0') {
		return false;
	}
	fde->cie_insns = r;
	return !r.bad;
}

/* Reads the FDE at `at`; false for a CIE, the terminator and nonsense. fde->tables is set. */
static bool read_fde(struct cfi_fde *fde, uint64_t at)
{
	struct cfi_reader r;

	if (!within(&fde->tables, at) || !open_record(&fde->tables, at, &r))
		return false;

	uint64_t field = (uint64_t)r.at;
	uint64_t delta = cfi_u32(&r);

	if (r.bad || delta == 0 || delta > field - fde->tables.lo || !read_cie(fde, field - delta))
		return false;
	fde->pc_begin = cfi_pointer(&r, fde->pc_enc, 0, &fde->tables);

	uint64_t range = cfi_pointer(&r, fde->pc_enc & PE_FORMAT, 0, &fde->tables);

	fde->pc_end = fde->pc_begin + range;
	if (fde->sized)
		cfi_skip(&r, cfi_uleb(&r));
	fde->insns = r;
	return !r.bad;
}

static bool covers(const struct cfi_fde *fde, uint64_t pc)
{
	return fde->pc_begin != 0 && pc >= fde->pc_begin && pc < fde->pc_end;
}

/* One row of the search table: both relative to .eh_frame_hdr. */
struct hdr_entry {
	int32_t pc, fde;
};

/* The table is read unaligned: nothing promises its alignment. */
static struct hdr_entry entry_at(const uint8_t *table, uint64_t i)
{
	struct hdr_entry e;

	__builtin_memcpy(&e, table + i * sizeof(e), sizeof(e));
	return e;
}

static bool search_table(struct cfi_fde *fde, uint64_t hdr, const uint8_t *table, uint64_t count,
			 uint64_t pc)
{
	int64_t rel = (int64_t)(pc - hdr);
	uint64_t lo = 0, hi = count;

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;

		if (entry_at(table, mid).pc <= rel)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return false;

	/* An empty function may share its start with the one that follows it. */
	int32_t start = entry_at(table, lo - 1).pc;

	for (unsigned int tries = 0; lo > 0 && tries < 8; lo--, tries++) {
		struct hdr_entry e = entry_at(table, lo - 1);

		if (e.pc != start)
			break;
		if (read_fde(fde, hdr + (uint64_t)(int64_t)e.fde) && covers(fde, pc))
			return true;
	}
	return false;
}

/* Without a usable search table: every record in turn, up to the terminator. */
static bool search_records(struct cfi_fde *fde, uint64_t at, uint64_t pc)
{
	struct cfi_reader r;

	while (within(&fde->tables, at) && open_record(&fde->tables, at, &r)) {
		if (read_fde(fde, at) && covers(fde, pc))
			return true;
		at = (uint64_t)r.end;
	}
	return false;
}

bool cfi_find_fde(const struct cfi_module *m, uint64_t pc, struct cfi_fde *fde)
{
	uint64_t hdr = (uint64_t)m->eh_frame_hdr;
	struct cfi_span span;

	if (hdr == 0 || !cfi_segment(m, hdr, PF_R, &span))
		return false;

	struct cfi_reader r = { (const uint8_t *)hdr, (const uint8_t *)span.hi, false };

	if (cfi_u8(&r) != 1)
		return false;

	uint8_t frame_enc = cfi_u8(&r);
	uint8_t count_enc = cfi_u8(&r);
	uint8_t table_enc = cfi_u8(&r);
	uint64_t frame = frame_enc == PE_OMIT ? 0 : cfi_pointer(&r, frame_enc, hdr, &span);

	/* .eh_frame shares the segment of its header unless it needs relocating at load time. */
	fde->tables = span;
	if (r.bad || (!within(&span, frame) && !cfi_segment(m, frame, PF_R, &fde->tables)))
		return false;
	if (count_enc == PE_OMIT || table_enc != (PE_DATAREL | PE_SDATA4))
		return search_records(fde, frame, pc);

	uint64_t count = cfi_pointer(&r, count_enc, hdr, &span);

	if (r.bad || count > cfi_left(&r) / sizeof(struct hdr_entry))
		return false;
	return search_table(fde, hdr, r.at, count, pc);
}
