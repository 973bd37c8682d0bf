# SPDX-License-Identifier: MIT
what='test picture and tone encoded, filtered and decoded, with threads'
packages=ffmpeg
version='ffmpeg -version | head -n 1 | cut -d" " -f1-3'
run()
{
	ffmpeg -v error -nostdin -f lavfi -i testsrc=d=2:s=320x240:r=12 -f lavfi -i sine=d=2 \
		-c:v mpeg4 -threads 2 -c:a aac -bitexact -flags bitexact -y o.mkv 2>&1
	ffmpeg -v error -nostdin -i o.mkv -vf 'scale=160:120,hflip,eq=contrast=1.2' -threads 2 -f md5 - 2>&1
	ffprobe -v error -show_entries stream=codec_name,width,height -of csv o.mkv; rm o.mkv
}
