import Feed
import Glibc
import MeshBase
import Reports
import UVDriver

/// Shows a recording in a browser: the page, a pass for it, and the recording as its feed. Nothing can be changed there.
package final class ReplayServer {
    /// Why a recording cannot be shown.
    package struct Refusal: Error, Equatable, CustomStringConvertible {
        /// One sentence without a full stop.
        package let description: String
    }

    private let loop: EventLoop
    private let api: APIServer
    private let desk: ReplayDesk
    /// What is wrong with the recording, which is shown up to there; nil where nothing was found.
    package let damage: String?
    private var signals: [SignalWatcher] = []

    /// So much is looked through before it is served: what is wrong behind it is told by the page alone.
    private static let mostChecked = 32 << 20

    /// Looks through the recording, and begins to serve it on loopback.
    ///
    /// - Throws: `Refusal`, or what the system says.
    package init(_ path: String) throws {
        damage = try Self.check(path)
        loop = try EventLoop()
        api = APIServer(loop: loop, token: SecretText.random(bytes: 32))
        desk = ReplayDesk(loop: loop, streams: api.http.streams, path: path)
        api.absence = "This is a recording."
        api.replay = desk
        try api.listen(on: .loopback(0))
        loop.beforeWaiting { [weak self] in self?.api.endTurn() }
        for signal in [SIGINT, SIGTERM] {
            signals.append(try SignalWatcher(loop: loop, signal: signal) { [unowned self] in close() })
        }
    }

    /// `http://127.0.0.1:PORT`.
    package var address: String { "http://\(api.local)" }

    /// Lets one browser in.
    package func ticket() -> TicketReport {
        let ticket = api.passes.issue(
            mayChange: false, secret: SecretText.randomBytes(PassDesk.length), now: loop.now())
        return TicketReport(ticket: ticket, valid: Int64(PassDesk.ticketLife.milliseconds))
    }

    /// Serves until it is told to stop, by a signal.
    package func run() {
        loop.run()
        loop.close()
    }

    private func close() {
        signals.forEach { $0.close() }
        desk.close()
        api.close()
    }

    /// - Returns: what is wrong with it although it can be shown.
    static func check(_ path: String) throws -> String? {
        guard let file = RecordingFile(path), let size = file.size else {
            throw Refusal(description: "\(path) is no file that can be read")
        }
        guard size <= RecordingWriter.mostBytes else {
            throw Refusal(description: "\(path) is longer than the 256 MiB that a recording may have")
        }
        var reader = RecordingReader()
        var checked = 0
        var isAtEnd = false
        while checked < Self.mostChecked, !isAtEnd {
            guard let bytes = file.read(64 << 10), !bytes.isEmpty else {
                isAtEnd = true
                break
            }
            checked += bytes.count
            do throws(RecordingReader.Malformed) { try reader.take(bytes[...]) { _ in } } catch {
                // Without its beginning there is nothing to be shown.
                if error.line > 1 { return error.damage }
                throw Refusal(description: "\(path) is no recording: \(error)")
            }
        }
        guard reader.lines > 0 else { throw Refusal(description: "\(path) is no recording: it has no whole line") }
        guard isAtEnd, case .cutOff = reader.end() else { return nil }
        return "\(reader.end())"
    }
}
