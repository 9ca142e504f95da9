import Glibc
import MeshBase
import Terminal
import UVDriver

/// The terminal that a person sits at: keys come from it as they are pressed, and it is given back as it was.
///
/// It is opened anew by its name: what is set for this use of it (that reading does not wait) is nobody else's.
final class TerminalDevice {
    /// Bytes that wait for a slow terminal; as long as any do, nothing more is drawn.
    private var waiting: [UInt8] = []
    private let loop: EventLoop
    private let path: String
    private let term: String?
    private let onBytes: ([UInt8]) -> Void
    private let onGone: () -> Void
    private var watcher: DescriptorWatcher?
    /// What the terminal was set to when it was found.
    private var former: termios?
    private var retry: LoopTimer?
    private var hasScreen = false

    /// Nil where standard output is no terminal whose lines can be drawn over.
    static func path(term: String?) -> String? {
        guard isatty(STDOUT_FILENO) == 1, let term, term != "dumb", !term.isEmpty else { return nil }
        var name = [CChar](repeating: 0, count: 4_096)
        if ttyname_r(STDOUT_FILENO, &name, name.count) == 0 {
            let path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if access(path, R_OK | W_OK) == 0 { return path }
        }
        // Inside of a container the name may be one of the outside.
        return access("/dev/tty", R_OK | W_OK) == 0 ? "/dev/tty" : nil
    }

    init(
        loop: EventLoop, path: String, term: String?, onBytes: @escaping ([UInt8]) -> Void,
        onGone: @escaping () -> Void
    ) {
        self.loop = loop
        self.path = path
        self.term = term
        self.onBytes = onBytes
        self.onGone = onGone
    }

    /// Whether keys are read.
    var isOpen: Bool { watcher != nil }

    /// As it is now.
    var size: ScreenSize {
        var size = winsize()
        let descriptor = watcher?.fd ?? STDOUT_FILENO
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return ScreenSize(columns: 80, rows: 24)
        }
        return ScreenSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    /// Reads keys one by one from now on; does it again where it was done before.
    ///
    /// - Parameter screen: whether the whole screen is taken too.
    func begin(screen: Bool) throws {
        if watcher == nil {
            let descriptor = Glibc.open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else {
                throw CommandFailure("the terminal \(path) cannot be opened: \(String(cString: strerror(errno)))")
            }
            watcher = try DescriptorWatcher(loop: loop, fd: descriptor, operation: "watch the terminal") {
                [unowned self] in
                read()
            }
        }
        guard let descriptor = watcher?.fd else { return }
        if former == nil {
            var settings = termios()
            guard tcgetattr(descriptor, &settings) == 0 else {
                throw CommandFailure("the terminal \(path) cannot be set: \(String(cString: strerror(errno)))")
            }
            former = settings
        }
        guard var settings = former else { return }
        // Ctrl-C and Ctrl-Z stay signals: what is started from here is ended and stopped by them too.
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
        settings.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR)
        withUnsafeMutableBytes(of: &settings.c_cc) { $0[Int(VMIN)] = 1 }
        withUnsafeMutableBytes(of: &settings.c_cc) { $0[Int(VTIME)] = 0 }
        _ = tcsetattr(descriptor, TCSADRAIN, &settings)
        guard screen else { return }
        hasScreen = true
        ScreenGuard.arm(descriptor, former, ScreenCodes.end(term: term))
        write(ScreenCodes.begin)
    }

    /// Gives the terminal back. What cannot be written any more is lost.
    func end() {
        guard let watcher else { return }
        ScreenGuard.disarm()
        retry?.close()
        retry = nil
        if hasScreen { finish(waiting + Array(ScreenCodes.end(term: term).utf8), watcher.fd) }
        waiting = []
        hasScreen = false
        if var former { _ = tcsetattr(watcher.fd, TCSADRAIN, &former) }
        watcher.close()
        self.watcher = nil
    }

    /// Whether all that was written has gone out.
    var isReady: Bool { waiting.isEmpty && watcher != nil }

    /// Writes as much as the terminal takes; the rest follows.
    func write(_ text: String) {
        guard watcher != nil else { return }
        waiting += text.utf8
        drain()
    }

    private func drain() {
        guard let watcher, !waiting.isEmpty else { return }
        let count = waiting.withUnsafeBytes { Glibc.write(watcher.fd, $0.baseAddress!, $0.count) }
        if count > 0 { waiting.removeFirst(count) }
        if count < 0, errno != EAGAIN, errno != EINTR { return onGone() }
        guard !waiting.isEmpty else { return }
        retry?.close()
        retry = try? LoopTimer.once(loop: loop, after: .milliseconds(20)) { [weak self] in self?.drain() }
    }

    /// The last bytes, for as long as somebody may wait for them: a terminal that takes nothing keeps nobody.
    private func finish(_ bytes: [UInt8], _ descriptor: Int32) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count > 0 {
                written += count
            } else if count < 0, errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&wait, 1, 500) > 0 else { return }
            } else if count == 0 || errno != EINTR {
                return
            }
        }
    }

    private func read() {
        guard let watcher else { return }
        var bytes = [UInt8](repeating: 0, count: 1_024)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(watcher.fd, $0.baseAddress!, $0.count) }
        if count > 0 { return onBytes(Array(bytes[..<count])) }
        guard count == 0 || (errno != EAGAIN && errno != EINTR) else { return }
        // It would be called again and again.
        end()
        onGone()
    }
}

/// Gives the screen back where the program ends by a fault of its own.
enum ScreenGuard {
    private nonisolated(unsafe) static var descriptor: Int32 = -1
    private nonisolated(unsafe) static var settings = termios()
    private nonisolated(unsafe) static var bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256)
    private nonisolated(unsafe) static var count = 0
    private static let signals = [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE]

    /// All is made before a handler can need it.
    static func arm(_ descriptor: Int32, _ former: termios?, _ text: String) {
        guard let former else { return }
        settings = former
        count = min(text.utf8.count, bytes.count)
        for (place, byte) in text.utf8.prefix(count).enumerated() { bytes[place] = byte }
        self.descriptor = descriptor
        for number in signals {
            signal(number) { number in
                if ScreenGuard.descriptor >= 0 {
                    _ = Glibc.write(ScreenGuard.descriptor, ScreenGuard.bytes.baseAddress, ScreenGuard.count)
                    tcsetattr(ScreenGuard.descriptor, TCSANOW, &ScreenGuard.settings)
                }
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    static func disarm() {
        descriptor = -1
        for number in signals { signal(number, SIG_DFL) }
    }
}
