import Foundation
import Glibc
import Logging
import Testing

@testable import Telemetry

/// A directory of its own for one test, removed at the end.
private final class Scratch {
    let directory: String

    init() {
        var template = Array("/tmp/cellmesh-telemetry-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("mkdtemp failed: \(errno)") }
        directory = String(cString: made)
    }

    deinit {
        for name in ["log", "log.1"] { unlink(path(name)) }
        rmdir(directory)
    }

    func path(_ name: String = "log") -> String { "\(directory)/\(name)" }

    func lines(_ name: String = "log") throws -> [String] {
        try String(contentsOfFile: path(name), encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast().map(String.init)
    }
}

@Suite struct RotatingFileTests {
    private let scratch = Scratch()

    @Test func aFullFileIsRotated() throws {
        var file = RotatingFile(path: scratch.path(), limit: 50)
        for number in 10..<22 { file.append(Array("line-\(number)--".utf8)) }
        // Ten bytes a line: five to a file.
        #expect(try scratch.lines() == ["line-20--", "line-21--"])
        #expect(try scratch.lines("log.1") == (15..<20).map { "line-\($0)--" })
        #expect(file.dropped == 0)
    }

    @Test func anExistingFileIsContinuedAndItsSizeCounts() throws {
        do {
            var file = RotatingFile(path: scratch.path(), limit: 30)
            file.append(Array("first-file-20-bytes".utf8))
        }
        var file = RotatingFile(path: scratch.path(), limit: 30)
        file.append(Array("short".utf8))
        #expect(try scratch.lines() == ["first-file-20-bytes", "short"])
        file.append(Array("longer".utf8))
        #expect(try scratch.lines() == ["longer"])
        #expect(try scratch.lines("log.1") == ["first-file-20-bytes", "short"])
    }

    @Test func anExistingFileThatIsFullIsRotatedFirst() throws {
        do {
            var file = RotatingFile(path: scratch.path(), limit: 1_000)
            file.append(Array("a file of an earlier process".utf8))
        }
        var file = RotatingFile(path: scratch.path(), limit: 30)
        file.append(Array("new".utf8))
        #expect(try scratch.lines() == ["new"])
        #expect(try scratch.lines("log.1") == ["a file of an earlier process"])
    }

    @Test func aLineLongerThanTheLimitIsWrittenWhole() throws {
        var file = RotatingFile(path: scratch.path(), limit: 10)
        let line = String(repeating: "x", count: 500)
        let whole = file.append(Array(line.utf8))
        #expect(whole)
        let next = file.append(Array("y".utf8))
        #expect(next)
        #expect(try scratch.lines("log.1") == [line])
        #expect(try scratch.lines() == ["y"])
    }

    @Test func whatCannotBeWrittenIsCounted() throws {
        var missing = RotatingFile(path: "/nonexistent-directory/log")
        let first = missing.append([65])
        #expect(!first)
        var full = RotatingFile(path: "/dev/full")
        let second = full.append([65])
        #expect(!second)
        let third = full.append([66])
        #expect(!third)
        #expect(missing.dropped == 1 && full.dropped == 2)
    }

    @Test func aFileThatCannotBeOpenedAtFirstIsTriedAgain() throws {
        let late = Scratch()
        rmdir(late.directory)
        var file = RotatingFile(path: late.path())
        let early = file.append([65])
        #expect(!early)
        mkdir(late.directory, 0o700)
        let written = file.append([66])
        #expect(written)
        #expect(try late.lines() == ["B"])
    }
}

@Suite struct EventLogTests {
    private let scratch = Scratch()
    private let event = TelemetryEvent(
        time: 1_000_000_001, type: "member", action: "dead", id: "eu-1",
        attributes: [
            .init("observer", .string("us \"1\"\n")), .init("incarnation", .integer(3)), .init("loss", .number(0.5)),
            .init("forced", .boolean(false)),
        ])

    @Test func anEventIsOneLine() throws {
        var log = EventLog(path: scratch.path())
        let first = log.append(event)
        #expect(first)
        let second = log.append(TelemetryEvent(time: 0, type: "t", action: "a", id: "i"))
        #expect(second)
        #expect(
            try scratch.lines() == [
                #"{"time":"1970-01-01T00:00:01.000000001Z","type":"member","action":"dead","id":"eu-1","#
                    + #""attributes":{"observer":"us \"1\"\n","incarnation":3,"loss":0.5,"forced":false}}"#,
                #"{"time":"1970-01-01T00:00:00.000000000Z","type":"t","action":"a","id":"i","attributes":{}}"#,
            ])
        #expect(log.dropped == 0)
    }

    @Test func theAttributesAloneAreAnObject() {
        #expect(event.attributesJSON().hasPrefix(#"{"observer":"us \"1\"\n","incarnation":3"#))
    }
}

@Suite struct LineLogHandlerTests {
    private let scratch = Scratch()

    private func logger(_ format: LogOutput.Format, _ level: Logger.Level = .info) -> Logger {
        let output = LogOutput(format, path: scratch.path())
        return Logger(label: "router") { label in
            LineLogHandler(label: label, output: output, level: level, now: { 45_296_789_000_000 })
        }
    }

    @Test func jsonLines() throws {
        var logger = logger(.json)
        logger[metadataKey: "cell"] = "eu-1"
        logger.warning("no \"quorum\"", metadata: ["n": "\(2)", "a": ["x", ["k": "v", "b": "w"]], "cell": "us-1"])
        logger.info("plain")
        #expect(
            try scratch.lines() == [
                #"{"time":"1970-01-01T12:34:56.789Z","level":"warning","label":"router","message":"no \"quorum\"","#
                    + #""metadata":{"a":["x",{"b":"w","k":"v"}],"cell":"us-1","n":"2"}}"#,
                #"{"time":"1970-01-01T12:34:56.789Z","level":"info","label":"router","message":"plain","#
                    + #""metadata":{"cell":"eu-1"}}"#,
            ])
    }

    @Test func textLines() throws {
        let logger = logger(.text)
        logger.error("broken\u{1B}[2J", metadata: ["b": "two words", "a": "1", "c": ""])
        #expect(
            try scratch.lines() == [
                "1970-01-01T12:34:56.789Z ERROR router: broken\u{FFFD}[2J a=1 b=\"two words\" c=\"\""
            ])
    }

    @Test func theLevelFilters() throws {
        var logger = logger(.text, .warning)
        logger.info("no")
        logger.warning("yes")
        logger.logLevel = .trace
        logger.trace("now too")
        #expect(
            try scratch.lines() == [
                "1970-01-01T12:34:56.789Z WARN  router: yes", "1970-01-01T12:34:56.789Z TRACE router: now too",
            ])
    }

    @Test func aCopyOfALoggerKeepsItsOwnMetadata() throws {
        var one = logger(.text)
        one[metadataKey: "a"] = "1"
        var two = one
        two[metadataKey: "a"] = "2"
        two.logLevel = .error
        one.info("m")
        two.info("not this")
        two.error("m")
        #expect(
            try scratch.lines() == [
                "1970-01-01T12:34:56.789Z INFO  router: m a=1", "1970-01-01T12:34:56.789Z ERROR router: m a=2",
            ])
    }
}
