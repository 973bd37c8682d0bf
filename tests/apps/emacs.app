# SPDX-License-Identifier: MIT
what='Lisp in batch mode: buffers, sorting, regular expressions, a subprocess, byte compiling'
packages=emacs-nox
version='emacs --version | head -n 1'
prepare()
{
	echo '(defun square (x) "Square of X." (* x x))' > s.el
}
run()
{
	emacs -Q --batch --eval '(progn (with-temp-buffer (dotimes (i 20000) (insert (format "%d line\n" (mod (* i 7919) 10007)))) (sort-numeric-fields 1 (point-min) (point-max))
 (goto-char 1) (while (re-search-forward "\\([0-9]\\)5" nil t) (replace-match "<\\1>")) (princ (md5 (current-buffer))) (terpri))
 (princ (call-process "echo" nil t nil "x")) (terpri) (let ((h (make-hash-table :test (quote equal)))) (dotimes (i 30000) (puthash (format "k%d" (mod i 997)) i h)) (princ (hash-table-count h))) (terpri) (garbage-collect))' 2>&1
	emacs -Q --batch -f batch-byte-compile s.el 2>&1 && emacs -Q --batch -l ./s.elc --eval '(princ (square 12))'; rm -f s.elc
}
