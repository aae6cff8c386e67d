// Records, fields, CPU sets and filters are what users of this library work with.
@_exported public import TaskstatsModel
