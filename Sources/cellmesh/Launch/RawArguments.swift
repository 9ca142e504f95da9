/// The arguments as the system hands them over: bytes, which need not be text.
enum RawArguments {
    /// Says which argument is no text. Read as text it would become another name, for which there is no file.
    static func failure() -> CommandFailure? {
        let pointers = CommandLine.unsafeArgv
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let pointer = pointers[index], String(validatingCString: pointer) == nil else { continue }
            return CommandFailure(
                .usage, "argument \(index), '\(String(cString: pointer))', is not text in UTF-8",
                hint: "rename the file, or hand its content over: cellmesh ... - < FILE")
        }
        return nil
    }
}
