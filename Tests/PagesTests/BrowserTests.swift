import Foundation
import Pages
import Testing

/// What runs in other programs: the modules in node, the page in Chromium. Where one is not installed, nothing of it is tested,
/// and that is said; `scripts/bootstrap` installs both.
@Suite(.serialized) struct BrowserTests {
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()

    /// The last lines that a program wrote, and its status.
    private func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = Self.folder
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    private static func isInstalled(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    @Test(.enabled(if: isInstalled("node"), "node is not installed"))
    func modulesInNode() throws {
        let tests = try FileManager.default.contentsOfDirectory(atPath: Self.folder.appending(path: "Modules").path)
            .filter { $0.hasSuffix(".test.mjs") }.sorted().map { "Modules/\($0)" }
        #expect(tests.count >= 3)
        let (status, text) = try run(["node", "--test", "--test-reporter=tap"] + tests)
        #expect(status == 0, "\(text)")
    }

    @Test(.enabled(if: isInstalled("chromium"), "chromium is not installed"))
    func pageInChromium() throws {
        let (status, text) = try runWithPage("Browser/run.py")
        #expect(status == 0, "\(text.suffix(8000))")
    }

    /// `make bench-page`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["CELLMESH_BENCH_PAGE"] == "1", "only when asked for"))
    func pageBenchmark() throws {
        let (status, text) = try runWithPage("Browser/benchmark.py")
        print(text)
        #expect(status == 0, "a budget is exceeded")
    }

    private func runWithPage(_ script: String) throws -> (status: Int32, text: String) {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "cellmesh-page-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let page = try Page.dashboard()
        let (document, policy) = (scratch.appending(path: "page.html"), scratch.appending(path: "policy"))
        try Data(page.document).write(to: document)
        try Data(page.policy.utf8).write(to: policy)
        return try run(["python3", script, document.path, policy.path])
    }
}
