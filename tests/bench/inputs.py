# SPDX-License-Identifier: MIT
"""inputs.py - what the workloads read, made by rule and the same on every
machine (but for preprocessed sources, which hold this machine's headers).

Each function writes one file or folder and is called only when that is not
there yet; `n` is its size in units of its own."""
import os
import random
import subprocess

WORDS = ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi "
         "omicron pi rho sigma tau upsilon phi chi psi omega").split()


def sentence(rng, n):
    return " ".join(rng.choice(WORDS) for _ in range(n))


def sql(path, n):
    """A script of n rows put in one by one, then asked for in several ways."""
    rng = random.Random(1)
    with open(path, "w") as out:
        out.write("CREATE TABLE a(id INTEGER PRIMARY KEY, k TEXT, v REAL, t TEXT);\n"
                  "CREATE TABLE b(id INTEGER, n INTEGER, t TEXT);\n"
                  "CREATE INDEX ak ON a(k);\nCREATE INDEX bi ON b(id);\nBEGIN;\n")
        for i in range(n):
            out.write("INSERT INTO a VALUES(%d,'%s',%f,'%s');\n" %
                      (i, rng.choice(WORDS), rng.random(), sentence(rng, 4)))
            out.write("INSERT INTO b VALUES(%d,%d,'%s');\n" %
                      (rng.randrange(n), i, sentence(rng, 2)))
        out.write("COMMIT;\n")
        for i in range(n // 4):
            out.write("SELECT a.t, b.n, upper(b.t) FROM a JOIN b ON a.id = b.id "
                      "WHERE a.id = %d ORDER BY b.n;\n" % rng.randrange(n))
        for word in WORDS:
            out.write("SELECT k, count(*), sum(v), group_concat(substr(t, 1, 9)) FROM a "
                      "WHERE t LIKE '%%%s%%' GROUP BY k ORDER BY 3;\n" % word)
        out.write("SELECT count(DISTINCT json_extract(json_object('k', k, 't', t), '$.t')) "
                  "FROM a;\n")


def json(path, n):
    """One array of n objects."""
    rng = random.Random(1)
    with open(path, "w") as out:
        out.write("[\n")
        for i in range(n):
            out.write('{"id":%d,"kind":"%s","name":"%s","value":%f,"tags":["%s","%s"],'
                      '"inner":{"x":%d,"y":[%d,null,true]}}%s\n' %
                      (i, rng.choice(WORDS), sentence(rng, 3), rng.random(), rng.choice(WORDS),
                       rng.choice(WORDS), rng.randrange(1000), rng.randrange(1000),
                       "," if i < n - 1 else ""))
        out.write("]\n")


def xml(path, n):
    """n elements with attributes, text and children."""
    rng = random.Random(1)
    with open(path, "w") as out:
        out.write('<?xml version="1.0"?>\n<records>\n')
        for i in range(n):
            out.write('<record id="r%d" kind="%s"><name>%s</name><value unit="%s">%d</value>'
                      '<note>%s &amp; %s</note></record>\n' %
                      (i, rng.choice(WORDS), sentence(rng, 3), rng.choice(WORDS),
                       rng.randrange(10000), sentence(rng, 6), sentence(rng, 2)))
        out.write("</records>\n")


def cxx(path, n):
    """A C++ source: containers, templates that recurse, n classes and functions."""
    rng = random.Random(1)
    with open(path, "w") as out:
        out.write("#include <algorithm>\n#include <functional>\n#include <map>\n"
                  "#include <memory>\n#include <string>\n#include <tuple>\n#include <unordered_map>\n"
                  "#include <vector>\n"
                  "template <int N> struct sum { static constexpr int value = "
                  "N + sum<N - 1>::value; };\n"
                  "template <> struct sum<0> { static constexpr int value = 0; };\n"
                  "template <class... T> auto add(T... t) { return (t + ... + 0); }\n")
        for i in range(n):
            a, b = rng.randrange(2, 60), rng.randrange(3, 9)
            out.write("""
struct item{i} {{
	int id; std::string name; std::vector<std::pair<int, std::string>> parts;
	template <class F> int each(F f) const
	{{
		int s = 0;
		for (const auto &p : parts)
			s += f(p.first, p.second);
		return s;
	}}
}};
static int work{i}(const std::vector<item{i}> &in)
{{
	std::map<std::string, std::vector<const item{i} *>> by;
	std::unordered_map<int, std::tuple<int, std::string, item{i}>> other;
	int s = sum<{a}>::value + add({numbers});
	for (const auto &x : in) {{
		by[x.name].push_back(&x);
		other.emplace(x.id, std::make_tuple(x.id, x.name, x));
		s += x.each([&](int k, const std::string &t) {{ return k * (int)t.size() + s; }});
	}}
	for (auto &e : by)
		std::sort(e.second.begin(), e.second.end(),
			  [](const item{i} *l, const item{i} *r) {{ return l->id < r->id; }});
	switch (s % 7) {{
	case 0: s += (int)by.size(); break;
	case 1: s *= {a}; break;
	case 2: for (int j = 0; j < s; j++) if ((j ^ s) % {b} == 0) s -= j; break;
	default: s ^= std::get<0>(other.begin()->second);
	}}
	return s;
}}
int call{i}() {{ return work{i}({{{{1, "a", {{{{1, "x"}}}}}}, {{2, "b", {{}}}}}}); }}
""".format(i=i, a=a, b=b, numbers=", ".join(str(rng.randrange(99)) for _ in range(b))))


def preprocessed(path, n, compiler):
    """cxx(), with the headers of this machine's compiler."""
    source = path + ".cc"
    cxx(source, n)
    subprocess.run([compiler, "-std=c++17", "-E", "-o", path, source], check=True)
    os.remove(source)


def git(path, n):
    """A repository of n commits, each changing a few of forty files of C."""
    rng = random.Random(1)
    files = {"src/file%02d.c" % i: ["int f%d_%d(int a)" % (i, j) if j % 4 == 0 else
                                    "\treturn a + %d; /* %s */" % (j, sentence(rng, 4))
                                    for j in range(400)] for i in range(40)}
    stream = []

    def data(text):
        return "data %d\n%s\n" % (len(text.encode()), text)

    for commit in range(n):
        changed = sorted(files) if commit == 0 else rng.sample(sorted(files), 4)
        stream.append("commit refs/heads/main\ncommitter A <a@example.org> %d +0000\n" %
                      (1500000000 + commit * 3600))
        stream.append(data("%s\n\n%s\n" % (sentence(rng, 5), sentence(rng, 20))))
        for name in changed:
            lines = files[name]
            for _ in range(6 if commit else 0):
                at = rng.randrange(len(lines))
                if rng.random() < 0.5:
                    lines[at] = "\treturn a * %d; /* %s */" % (commit, sentence(rng, 3))
                else:
                    lines[at:at + 1] = ["\tg(%d);" % commit, "\th(a, %d);" % at]
            stream.append("M 100644 inline %s\n" % name + data("\n".join(lines) + "\n"))
    os.makedirs(path)
    environment = git_environment()
    subprocess.run(["git", "init", "-q", "-b", "main", path], check=True, env=environment)
    subprocess.run(["git", "-C", path, "fast-import", "--quiet"], input="".join(stream).encode(),
                   check=True, env=environment)
    # Packed as a clone would be.
    subprocess.run(["git", "-C", path, "gc", "-q"], check=True, env=environment)


def git_environment():
    """The user's settings stay out."""
    return dict(os.environ, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull)
