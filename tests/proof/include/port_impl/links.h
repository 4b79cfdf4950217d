/*
 * links.h (proof) - the two halves of each frame's link in arrays of their own.
 */
#pragma once

/*@ requires f.n < PROOF_FRAMES;
  @ assigns \nothing;
  @ ensures LINK_NEXT(\result) == proof_next[f.n] && LINK_BACK(\result) == proof_back[f.n]; */
inline_always uint64_t link_get(pfn_t f)
{
	return LINK((uint64_t)proof_next[f.n], proof_back[f.n]);
}

/*@ requires f.n < PROOF_FRAMES;
  @ assigns proof_next[f.n], proof_back[f.n];
  @ ensures proof_next[f.n] == LINK_NEXT(word) && proof_back[f.n] == LINK_BACK(word); */
inline_always void link_set(pfn_t f, uint64_t word)
{
	proof_next[f.n] = (uint32_t)LINK_NEXT(word);
	proof_back[f.n] = (uint32_t)LINK_BACK(word);
}

/*@ requires f < PROOF_FRAMES;
  @ assigns \nothing;
  @ ensures \result == proof_next[f]; */
inline_always uint64_t link_next(uint64_t f)
{
	return proof_next[f];
}

/*@ requires f < PROOF_FRAMES && n < PROOF_FRAMES;
  @ assigns proof_next[f];
  @ ensures proof_next[f] == n; */
inline_always void link_set_next(uint64_t f, uint64_t n)
{
	proof_next[f] = (uint32_t)n;
}

/*@ requires f < PROOF_FRAMES && n < PROOF_FRAMES;
  @ assigns proof_back[f];
  @ ensures proof_back[f] == n; */
inline_always void link_set_previous(uint64_t f, uint64_t n)
{
	proof_back[f] = (uint32_t)n;
}

#define ring_next(ring, head) link_next((head).n)
#define ring_set_next(ring, head, first) link_set_next((head).n, first)
