import Glibc
import Reports

extension RunReport.Environment {
    /// This machine and this program.
    package static func current(seed: UInt64? = nil, topology: String? = nil) -> RunReport.Environment {
        var names = utsname()
        uname(&names)
        func text<T>(_ field: T) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return .init(
            cores: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            system: "\(text(names.sysname)) \(text(names.release)) \(text(names.machine))", version: Version.text,
            seed: seed, topology: topology)
    }
}
