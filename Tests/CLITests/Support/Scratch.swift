import Glibc

/// A directory that goes away with its test.
final class Scratch {
    let path: String

    init() {
        var template = Array("/tmp/cellmesh-cli-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "no temporary directory")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    func write(_ name: String, _ text: String, appending: Bool = false) {
        var parent = path
        for part in name.split(separator: "/").dropLast() {
            parent += "/" + part
            mkdir(parent, 0o700)
        }
        guard let file = fopen(path + "/" + name, appending ? "a" : "w") else {
            preconditionFailure("cannot write \(name)")
        }
        fputs(text, file)
        fclose(file)
    }

    func rename(_ old: String, _ new: String) { _ = Glibc.rename(path + "/" + old, path + "/" + new) }

    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(directory)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
