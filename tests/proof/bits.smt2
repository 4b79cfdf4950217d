; bits.smt2 - the axioms of kernel/ownership.h (section "bits"), proved over words of 64 bits: each is
; denied, and has to be impossible. `z3 bits.smt2` prints a name and "unsat" for each.

(set-logic QF_BV)
(define-sort word () (_ BitVec 64))

(define-fun zero () word #x0000000000000000)
(define-fun refs_max () word #x0000000040000000)       ; FRAME_REFS_MAX
(define-fun large () word #x0000000100000000)          ; BLOCK_LARGE
(define-fun large_refs_max () word #x4000000000000000) ; FRAME_REFS_MAX * BLOCK_LARGE
(define-fun edge () word #x8000000000000000)           ; BLOCK_EDGE
(define-fun clean () word #x0800000000000000)          ; FRAME_CLEAN
(define-fun clean_alone ((d word)) Bool (or (= d zero) (= d clean)))

(declare-const a word)
(declare-const b word)

(push)
(echo "or_least")
(assert (not (and (bvule a (bvor a b)) (bvule b (bvor a b)))))
(check-sat)
(pop)

(push)
(echo "or_refs")
(assert (not (=> (and (bvult a refs_max) (bvult b refs_max)) (bvult (bvor a b) refs_max))))
(check-sat)
(pop)

(push)
(echo "or_large")
(assert (not (=> (and (bvult a large) (bvult b large)) (bvult (bvor a b) large))))
(check-sat)
(pop)

(push)
(echo "or_large_refs")
(assert (not (=> (and (bvult a large_refs_max) (bvult b large_refs_max))
                 (bvult (bvor a b) large_refs_max))))
(check-sat)
(pop)

(push)
(echo "or_covered")
(assert (not (= (bvuge (bvurem (bvor a b) edge) large)
                (or (bvuge (bvurem a edge) large) (bvuge (bvurem b edge) large)))))
(check-sat)
(pop)

(push)
(echo "or_clean")
(assert (not (= (clean_alone (bvor a b)) (and (clean_alone a) (clean_alone b)))))
(check-sat)
(pop)

; xor_range: an operation on words answers a word
(push)
(echo "xor_range")
(assert (not (bvule (bvxor a b) #xffffffffffffffff)))
(check-sat)
(pop)

(push)
(echo "xor_equal")
(assert (not (= (bvule (bvxor a b) zero) (= a b))))
(check-sat)
(pop)

; no sum wraps: of each alternative, the summand is the one below FRAME_CLEAN, or else it is false
(push)
(echo "xor_clean")
(assert (not (=> (or (bvult a clean) (bvult b clean))
                 (= (= (bvxor a b) clean)
                    (or (and (= a (bvadd b clean)) (bvule b a))
                        (and (= b (bvadd a clean)) (bvule a b)))))))
(check-sat)
(pop)

(push)
(echo "clean_bit")
(assert (not (= (bvand a clean)
                (ite (= (bvurem (bvudiv a clean) #x0000000000000002) #x0000000000000001)
                     clean zero))))
(check-sat)
(pop)

; parts of a word: no sum wraps, since each summand has bits of its own
(define-fun explicit () word #x0000040000000000)  ; FRAME_EXPLICIT
(define-fun kind_unit () word #x0080000000000000) ; FRAME_KIND_UNIT
(define-fun limit () word #x0000000000000400)     ; FRAME_ENTRY_LIMIT
(define-fun maps () word #x0000000080000000)      ; BLOCK_MAPPINGS_LIMIT

(define-fun adds ((x word) (y word) (z word)) Bool
  (and (= (bvand x y) zero) (= (bvand x z) zero) (= (bvand y z) zero)
       (= a (bvadd x (bvadd y z)))))

(push)
(echo "block_parts")
(assert (not (adds (bvmul (bvudiv a edge) edge)
                   (bvmul (bvurem (bvudiv a large) maps) large)
                   (bvurem a large))))
(check-sat)
(pop)

(push)
(echo "table_parts")
(assert (not (adds (bvmul (bvudiv a explicit) explicit)
                   (bvmul (bvurem (bvudiv a large) limit) large)
                   (bvurem a large))))
(check-sat)
(pop)

(push)
(echo "kind_part")
(assert (not (=> (= (bvudiv a explicit) (bvudiv b explicit))
                 (= (bvudiv a kind_unit) (bvudiv b kind_unit)))))
(check-sat)
(pop)

(push)
(echo "shift_level")
(assert (not (and (= (bvlshr a zero) a)
                  (= (bvlshr a #x0000000000000009) (bvudiv a #x0000000000000200))
                  (= (bvlshr a #x0000000000000012) (bvudiv a #x0000000000040000)))))
(check-sat)
(pop)

(push)
(echo "others_rest")
(assert (not (= (bvurem a large) (bvsub a (bvmul (bvudiv a large) large)))))
(check-sat)
(pop)
