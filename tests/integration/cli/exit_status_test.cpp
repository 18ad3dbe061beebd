#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <sstream>

namespace edge::test {
namespace {

using Words = std::vector<std::string>;

/// Each way for the program to end, but 70, which says that the program is wrong.
class ExitStatus : public CliProcess {
protected:
    void expect(int status, const Words& words) const { EXPECT_EQ(run(words).status, status) << words.front(); }

    /// Runs a line of a shell, where `$PROGRAM` is the program.
    ProcessResult run_shell(const std::string& script) const {
        auto with_program = environment;
        with_program["PROGRAM"] = EDGE_PROGRAM;
        return run_process({.arguments = {"/bin/bash", "-c", script}, .environment = with_program, .folder = file("")});
    }
};

TEST_F(ExitStatus, Is0WhenDoneOrNothingIsToDo) {
    make_shop();

    expect(0, {"refresh"});
    expect(0, {"refresh"});
}

TEST_F(ExitStatus, Is3WhenRowsWereSetAside) {
    make_shop();
    write_file(file("category.csv"), "category_id,category_name,category_coefficient\n9,Fish,1\nx,Meat,2\n");

    expect(3, {"import", "category.csv"});
}

TEST_F(ExitStatus, Is10WhenThereAreFindings) {
    make_shop();
    expect(0, {"refresh"});
    run_shell("sqlite3 shop.db 'PRAGMA wal_autocheckpoint = 0; UPDATE day_totals SET posted = posted + 1'");

    expect(10, {"verify"});
    expect(10, {"diff", "--exit-code"});
    expect(10, {"doctor", "--db", "none.db"});
}

TEST_F(ExitStatus, Is64ForUsage) { expect(64, {"stauts"}); }

TEST_F(ExitStatus, Is65ForBadData) {
    make_shop();
    write_file(file("category.csv"), "category_id\n\"1\n");
    write_file(file("text.db"), std::string(4096, 'x'));

    expect(65, {"import", "category.csv", "--on-error", "stop"});
    expect(65, {"status", "--db", "text.db"});
    EXPECT_EQ(read_file(file("text.db")), std::string(4096, 'x'));
}

TEST_F(ExitStatus, Is66WhenInputOrFileIsMissing) {
    expect(66, {"status", "--db", "none.db"});
    make_shop();
    expect(66, {"import", "none/category.csv"});
}

TEST_F(ExitStatus, Is73WhenOutputExists) {
    make_shop();

    expect(73, {"init", "--name", "Again"});
    expect(73, {"export", "--table", "category", "-o", "shop.db", "--no-input"});
}

TEST_F(ExitStatus, Is74ForTheDisk) {
    make_shop();

    const ProcessResult too_big = run_shell(
        "ulimit -f 256; seq 1 20000 | sed 's/.*/&,Kind &,1/; 1i category_id,category_name,category_coefficient' | "
        "$PROGRAM import - --table category --json");
    EXPECT_EQ(too_big.status, 74) << too_big.output << too_big.errors;
    EXPECT_EQ(boost::json::parse(too_big.output).at("error").at("exit").as_int64(), 74);
    EXPECT_EQ(run_shell("$PROGRAM status >/dev/full").status, 74);
    EXPECT_EQ(run_shell("$PROGRAM --help >/dev/full").status, 74);
    EXPECT_EQ(data({"category", "list"}).at("categories").as_array().size(), 1U);
}

/// No file of the shop may take the number of a stream that is closed, and what is printed with it.
TEST_F(ExitStatus, Is74WithoutStandardOutput) {
    make_shop();

    EXPECT_EQ(run_shell("$PROGRAM category add Fish >&-").status, 74);
    EXPECT_EQ(run_shell("$PROGRAM category add Meat >&- 2>&- <&-").status, 74);

    EXPECT_EQ(read_file(file("shop.db.lock")).size(), 16U);  // four counts, and nothing printed
    EXPECT_EQ(data({"category", "list"}).at("categories").as_array().size(), 3U) << "it was done all the same";
}

TEST_F(ExitStatus, Is75WhenAnotherHoldsTheFileAndWhenTheHubIsAway) {
    make_shop();
    const int held = ::open(file("shop.db.lock").c_str(), O_RDWR | O_CLOEXEC);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    ASSERT_EQ(::fcntl(held, F_OFD_SETLK, &lock), 0);

    const boost::json::value failure = document({"category", "add", "Fish", "--timeout", "0.1"}, 75);
    ::close(held);

    EXPECT_EQ(text_of(failure.at("error").at("code")), "busy");
    EXPECT_TRUE(failure.at("error").at("retryable").as_bool());
    expect(75, {"sync", "--url", "http://127.0.0.1:1"});
    expect(75, {"sync", "verify", "--url", "http://127.0.0.1:1"});
}

TEST_F(ExitStatus, Is76ForAFileFromTheFuture) {
    make_shop();
    run_shell("sqlite3 shop.db 'PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 999'");

    refusal({"status"}, 76, "schema_too_new");
}

TEST_F(ExitStatus, Is78ForConfiguration) {
    make_shop();
    write_file(file("bad.toml"), "db = \n");

    refusal({"status", "--config", "bad.toml"}, 78, "configuration");
    refusal({"sync"}, 78, "configuration");
}

/// Once it says how far it is, the import waits for more.
TEST_F(ExitStatus, Is128AndTheSignalWhenOneStopsAnImport) {
    make_shop();
    for (const auto& [signal, status] : {std::pair{"INT", 130}, std::pair{"TERM", 143}}) {
        const ProcessResult stopped = run_shell(
            "set -m; rm -f pipe; mkfifo pipe; exec 3<>pipe; "
            "$PROGRAM import - --table category --progress json <pipe 3>&- 2>said & child=$!; "
            "until grep -q progress said; do sleep .1; done; kill -" +
            std::string(signal) + " $child; wait $child");
        EXPECT_EQ(stopped.status, status) << stopped.errors;
    }
}

/// A hub whose first word of the path is the status that it answers with.
class AnsweringHub : public ExitStatus {
protected:
    AnsweringHub() {
        const std::string said = hub_.wait_for_error_text("ready", std::chrono::seconds(30));
        std::istringstream words(said);
        words >> port_;
    }
    [[nodiscard]] std::string url(int answer) const {
        return "http://127.0.0.1:" + port_ + "/" + std::to_string(answer);
    }
    int status_of_sync(int answer) const {
        const ProcessResult result = run({"sync", "--url", url(answer), "--max-time", "2"});
        EXPECT_NE(result.errors + result.output, "");
        EXPECT_GT(data({"sync", "status"}).at("pending_changes").as_int64(), 0) << "nothing may be lost";
        return result.status;
    }

private:
    static constexpr const char* script =
        "import http.server, sys\n"
        "class Hub(http.server.BaseHTTPRequestHandler):\n"
        "    def do_POST(self):\n"
        "        self.rfile.read(int(self.headers.get('Content-Length', 0)))\n"
        "        self.send_response(int(self.path.split('/')[1])); self.send_header('Content-Length', '2')\n"
        "        self.end_headers()\n"
        "        self.wfile.write(b'{}')\n"
        "    do_GET = do_POST\n"
        "    def log_message(self, *words): pass\n"
        "server = http.server.HTTPServer(('127.0.0.1', 0), Hub)\n"
        "print(server.server_port, 'ready', file=sys.stderr, flush=True)\n"
        "server.serve_forever()\n";
    RunningProcess hub_{{.arguments = {"/usr/bin/python3", "-c", script}}};
    std::string port_;
};

TEST_F(AnsweringHub, IsToldByTheExitStatusOfSync) {
    make_shop();

    EXPECT_EQ(status_of_sync(401), 77) << "not enrolled, or revoked";
    EXPECT_EQ(status_of_sync(426), 76) << "the hub speaks another version";
    EXPECT_EQ(status_of_sync(503), 75) << "later";
}

TEST_F(AnsweringHub, IsToldByTheExitStatusOfAComparison) {
    make_shop();

    refusal({"sync", "verify", "--url", url(503)}, 75, "offline");
    refusal({"sync", "verify", "--url", url(429)}, 75, "offline");
    refusal({"sync", "verify", "--url", url(401)}, 77, "refused");
    refusal({"sync", "verify", "--url", url(426)}, 76, "refused");
    refusal({"sync", "verify", "--url", url(404)}, 69, "refused");
    refusal({"sync", "verify", "--url", url(200)}, 65, "corrupt_data");
}

}  // namespace
}  // namespace edge::test
