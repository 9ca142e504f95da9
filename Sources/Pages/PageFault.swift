/// Why files do not make a page. None of them comes from outside, so that each is a mistake of whoever changed them.
package enum PageFault: Error, Equatable, CustomStringConvertible {
    /// The document has not exactly one of these elements.
    case place(String)
    /// A module imports one that is not before it.
    case order(module: String, imports: String)
    /// Two modules have a name each on their first level: joined they are one scope.
    case twice(name: String, modules: [String])
    /// A text would end the element that it stands in.
    case ends(file: String)

    package var description: String {
        switch self {
        case .place(let element): "dashboard.html needs one \(element)"
        case .order(let module, let imports): "\(module) imports \(imports), which does not come before it"
        case .twice(let name, let modules): "\(name) stands in \(modules.joined(separator: " and "))"
        case .ends(let file): "\(file) has the end of the element that it is put into"
        }
    }
}
