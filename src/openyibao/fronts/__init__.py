"""The fronts: HTTP, HTML and the outer words. No SQL, no money rules; independent of each other. 中文: 前端。"""
