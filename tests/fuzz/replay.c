/*
 * replay.c - calls a target with each file that is named, or that lies in a folder that is named:
 * the kept corpus as a test, and a crash again, without a fuzzer.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "target.h"

static unsigned files;

static void replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat s;
	uint8_t *data;

	if (file == NULL || fstat(fileno(file), &s) != 0) {
		perror(path);
		exit(2);
	}
	data = malloc((size_t)s.st_size + 1);
	if (fread(data, 1, (size_t)s.st_size, file) != (size_t)s.st_size) {
		perror(path);
		exit(2);
	}
	fclose(file);
	fprintf(stderr, "%s\n", path); /* the last one, should it break */
	LLVMFuzzerTestOneInput(data, (size_t)s.st_size);
	free(data);
	files++;
}

static void replay_folder(const char *path, DIR *folder)
{
	char name[4096];

	for (struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		replay_file(name);
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		DIR *folder = opendir(argv[i]);

		if (folder == NULL) {
			replay_file(argv[i]);
			continue;
		}
		replay_folder(argv[i], folder);
		closedir(folder);
	}
	printf("%u inputs, nothing broke\n", files);
	return files != 0 ? 0 : 2;
}
