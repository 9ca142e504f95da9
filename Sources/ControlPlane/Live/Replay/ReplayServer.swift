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
    private var signals: [SignalWatcher] = []

    /// Looks at the beginning of the recording, and begins to serve it on loopback.
    ///
    /// - Throws: `Refusal`, or what the system says.
    package init(_ path: String) throws {
        try Self.check(path)
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

    private static func check(_ path: String) throws {
        guard let file = RecordingFile(path), let size = file.size else {
            throw Refusal(description: "\(path) is no file that can be read")
        }
        guard size <= RecordingWriter.mostBytes else {
            throw Refusal(description: "\(path) is longer than the 256 MiB that a recording may have")
        }
        // What is wrong with its beginning is said before a browser is opened.
        var reader = RecordingReader()
        while reader.lines == 0 {
            guard let bytes = file.read(64 << 10), !bytes.isEmpty else { break }
            do throws(RecordingReader.Malformed) { _ = try reader.take(bytes[...]) } catch let error
                where error.line > 1
            {
                return
            } catch { throw Refusal(description: "\(path) is no recording: \(error)") }
        }
        guard reader.lines > 0 else { throw Refusal(description: "\(path) is no recording: it has no whole line") }
    }
}
