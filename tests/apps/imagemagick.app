# SPDX-License-Identifier: MIT
what='gradients, resizing, blurring, drawing, composing, PNG and JPEG'
packages=imagemagick
version='convert --version | head -n 1 | cut -d" " -f1-4'
run()
{
	convert -size 500x400 gradient:red-blue -swirl 120 -blur 0x3 -resize 60% a.png
	convert a.png \( -size 100x100 plasma:fractal -seed 7 -colorspace Gray \) -composite -rotate 30 txt:- | wc -l
	convert a.png -quality 80 b.jpg && identify -format '%m %wx%h\n' a.png b.jpg
	convert a.png -depth 8 rgb:- | md5sum; montage a.png a.png -tile 2x1 rgb:- | md5sum; rm a.png b.jpg
}
