import Glibc
import Reports

/// The descriptor on which a process tells its parent how its start goes.
final class ParentLine {
    private var descriptor: Int32?

    init(_ descriptor: Int32?) { self.descriptor = descriptor }

    /// A parent that is gone is not told.
    func write(_ line: ReadyLine) {
        guard let descriptor else { return }
        let bytes = ReportJSON.encode(line)
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    func close() {
        if let descriptor { _ = Glibc.close(descriptor) }
        descriptor = nil
    }
}
